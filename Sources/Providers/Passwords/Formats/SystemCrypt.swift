import CXCrypt
import Foundation

/// crypt(3) by libxcrypt.
enum SystemCrypt {
    /// The whole hash of a phrase without NUL; throws ``HashingFailure``.
    static func hash(_ phrase: [UInt8], setting: String) throws(HashingFailure) -> String {
        var scratch: UnsafeMutableRawPointer?
        var size: Int32 = 0
        defer { unsafe free(scratch) }
        let phrase = phrase.map { CChar(bitPattern: $0) } + [0]
        guard let made = unsafe crypt_ra(phrase, setting, &scratch, &size) else {
            throw HashingFailure(library: "libxcrypt", code: errno)
        }
        return unsafe String(cString: made)
    }
}
