import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit

/// Judges tokens as a verb: each is a line, in the order of their coming, on all processors.
struct TokenJudge: Sendable {
    /// What a token is worth.
    let verdict: @Sendable ([UInt8]) -> CredentialVerdict
    /// Reads anew what verdicts depend on, where that is due.
    var refresh: @Sendable () async -> Void = {}

    /// The lines' verdicts as they are printed, and whether all are valid.
    func judge(_ lines: [InputLines.Line]) async -> (text: String, areAllValid: Bool) {
        await refresh()
        let parts = max(1, min(ProcessInfo.processInfo.activeProcessorCount, lines.count / 8))
        let size = max(1, (lines.count + parts - 1) / parts)
        return await withTaskGroup(of: (Int, String, Bool).self) { tasks in
            for start in stride(from: 0, to: lines.count, by: size) {
                tasks.addTask {
                    var (text, areAllValid) = ("", true)
                    for line in lines[start..<min(start + size, lines.count)] {
                        let (said, isValid) = outcome(of: line)
                        text += said + "\n"
                        areAllValid = areAllValid && isValid
                    }
                    return (start, text, areAllValid)
                }
            }
            var judged: [(start: Int, text: String, areAllValid: Bool)] = []
            for await part in tasks { judged.append(part) }
            let text = judged.sorted { $0.start < $1.start }.map(\.text).joined()
            return (text, judged.allSatisfy(\.areAllValid))
        }
    }

    private func outcome(of line: InputLines.Line) -> (text: String, isValid: Bool) {
        guard case .whole(let token) = line else { return ("invalid longer than 8 KiB", false) }
        switch verdict(token) {
        case .valid(let principal):
            return ("valid " + String(decoding: Self.claims(of: token, principal).encoded(), as: UTF8.self), true)
        case .bad(let reason): return ("invalid \(reason)", false)
        case .none: return ("invalid no token", false)
        case .heldBack: return ("invalid held back", false)
        case .cannotDecide: return ("invalid nobody can tell now: keys or revocations cannot be read", false)
        }
    }

    /// What a token says, or what is known of a credential that says nothing itself.
    private static func claims(of token: [UInt8], _ principal: Principal) -> JSONValue {
        do throws(TokenRefusal) {
            return try CompactJWS(token).claims().members
        } catch {
            return [
                "preferred_username": .string(principal.username),
                "groups": .array(principal.groups.map(JSONValue.string)),
                "exp": .number(String(principal.expiresAt.seconds)),
            ]
        }
    }
}
