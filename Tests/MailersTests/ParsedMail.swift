import Foundation
import GatewayTestKit

/// A mail as Python's parser reads it: an eye that is not ours.
struct ParsedMail: Decodable {
    let received: ReceivedMail
    let from: String
    let date: String
    let messageID: String
    let contentType: String
    let defects: [String]

    /// All mails of a folder.
    static func all(in folder: String) async throws -> [ParsedMail] {
        let output = folder + ".json"
        defer { try? FileManager.default.removeItem(atPath: output) }
        // On a thread that blocks, and so without a run loop between the child's end and this test.
        let command = "python3 - '\(folder)' '\(output)' > '\(output)'.log 2>&1 <<'END'\n\(script)\nEND\n"
        let status: Int32 = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: popen(command, "r").map { pclose($0) } ?? -1) }
        }
        guard status == 0 else { throw ParserFailure(status: status) }
        return try JSONDecoder().decode([ParsedMail].self, from: Data(contentsOf: URL(fileURLWithPath: output)))
    }

    private struct ParserFailure: Error {
        let status: Int32
    }

    private static let script = """
        import email, email.policy, json, pathlib, sys
        mails = []
        for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
            data = path.read_bytes()
            assert b"\\n" not in data.replace(b"\\r\\n", b""), "a line feed without its carriage return"
            assert all(len(line) <= 998 for line in data.split(b"\\r\\n")), "a line is too long"
            mail = email.message_from_bytes(data, policy=email.policy.default)
            mails.append({
                "received": {
                    "recipient": mail["to"], "subject": mail["subject"], "text": mail.get_content().replace("\\r\\n", "\\n"),
                },
                "from": mail["from"], "date": mail["date"].datetime.isoformat(), "messageID": mail["message-id"],
                "contentType": mail["content-type"], "defects": [str(d) for h in mail.values() for d in h.defects],
            })
        pathlib.Path(sys.argv[2]).write_text(json.dumps(mails))
        """
}
