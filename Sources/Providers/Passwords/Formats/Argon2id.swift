import CArgon2

/// Argon2id, version 1.3 (RFC 9106), by libargon2; on the calling thread alone, however many lanes it has. Hashes of
/// other systems may be of Argon2i, its kin whose addressing of the memory does not depend on the password.
enum Argon2id {
    /// What a tag costs.
    struct Parameters: Hashable, Sendable {
        /// Memory in KiB.
        var memory: Int
        /// Passes over the memory.
        var iterations: Int
        /// Lanes.
        var parallelism: Int
    }

    /// The tag of a password; throws ``HashingFailure``, for want of memory for example.
    static func tag(
        of password: [UInt8], salt: [UInt8], length: Int, _ parameters: Parameters, isDataIndependent: Bool = false
    ) throws(HashingFailure) -> [UInt8] {
        var password = password
        var salt = salt
        var tag = [UInt8](repeating: 0, count: length)
        let code = unsafe password.withUnsafeMutableBufferPointer { password in
            unsafe salt.withUnsafeMutableBufferPointer { salt in
                unsafe tag.withUnsafeMutableBufferPointer { tag in
                    var context = unsafe argon2_context()
                    unsafe context.out = tag.baseAddress
                    unsafe context.outlen = UInt32(tag.count)
                    unsafe context.pwd = password.baseAddress
                    unsafe context.pwdlen = UInt32(password.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.t_cost = UInt32(parameters.iterations)
                    unsafe context.m_cost = UInt32(parameters.memory)
                    unsafe context.lanes = UInt32(parameters.parallelism)
                    unsafe context.threads = 1
                    unsafe context.version = ARGON2_VERSION_13.rawValue
                    // The copy of the password that libargon2 was given is wiped by it.
                    unsafe context.flags = 1
                    unsafe HashingMemory.provide(for: &context)
                    return unsafe argon2_ctx(&context, isDataIndependent ? Argon2_i : Argon2_id)
                }
            }
        }
        guard code == ARGON2_OK.rawValue else { throw HashingFailure(library: "libargon2", code: code) }
        return tag
    }
}

/// A hash could not be computed at all.
struct HashingFailure: Error, Hashable, CustomStringConvertible {
    /// The library that failed.
    let library: String
    /// Its own code for why.
    let code: Int32

    var description: String { "\(library) cannot hash a password (code \(code)); is there enough memory?" }
}
