import CLibFuzzer
import Foundation

/// Runs one target under libFuzzer, which has the command line; `FUZZ_TARGET` names the target.
///
/// The name stands in the environment since libFuzzer starts this program again where it works in several processes,
/// and hands on its own arguments alone. `run` starts each target with its seeds, its dictionary and its limits.
@main enum Fuzzing {
    /// Every target, in the order in which `run` takes them.
    static let targets: [FuzzTarget] = [
        .token, .claims, .json, .body, .form, .forwarded, .credential, .settings, .connection, .url, .rules, .express,
        .keyset, .smtp,
    ]

    private static let chosen = targets.first { $0.name == ProcessInfo.processInfo.environment["FUZZ_TARGET"] }

    static func main() {
        guard chosen != nil else {
            print(targets.map(\.name).joined(separator: "\n"))
            return
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
            unsafe Fuzzing.chosen?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
            return 0
        }
        exit(status)
    }
}

/// Something that takes bytes of strangers, with what must hold for all of them.
struct FuzzTarget: Sendable {
    /// Its name, also that of its folder in `Corpus` and of its file in `Dictionaries`.
    let name: String
    /// Ends the process when something does not hold.
    let check: @Sendable ([UInt8]) -> Void

    /// Names a check.
    init(_ name: String, _ check: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.check = check
    }
}

/// Ends the process unless a claim holds, by which libFuzzer knows that it has found something.
func claim(_ words: @autoclosure () -> String, holds: Bool) {
    guard !holds else { return }
    fatalError("does not hold: \(words())")
}

extension [UInt8] {
    /// These bytes in quotes, for the words of a claim.
    var quoted: String { String(decoding: self, as: UTF8.self).debugDescription }
}
