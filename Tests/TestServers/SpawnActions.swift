public import Foundation

/// Has a child begin with standard input, output and error alone.
///
/// SwiftNIO's sockets would be inherited otherwise, and whoever waits for the end of one would wait for the child's too:
/// a connection ends when nobody has it open any more.
public func closeAllButStandardFiles(in actions: inout posix_spawn_file_actions_t) {
    // Of glibc since 2.34, though not of its module.
    typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
        preconditionFailure("tests need glibc 2.34 or newer")
    }
    _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
}
