import Foundation
import GatewayTestKit

/// A mail as Python's parser reads it: an eye that is not ours.
struct ParsedMail: Decodable {
    let received: ReceivedMail
    let from: String
    let date: String
    let messageID: String
    let html: String
    let contentTypes: [String]
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
            text, html = mail.iter_parts()
            def lines(part): return part.get_content().replace("\\r\\n", "\\n")
            mails.append({
                "received": {"recipient": mail["to"], "subject": mail["subject"], "text": lines(text)},
                "html": lines(html),
                "from": mail["from"], "date": mail["date"].datetime.isoformat(), "messageID": mail["message-id"],
                "contentTypes": [part["content-type"].split(";")[0] for part in mail.walk()],
                "defects": [
                    str(d) for p in mail.walk() for d in p.defects + [d for h in p.values() for d in h.defects]
                ],
            })
        pathlib.Path(sys.argv[2]).write_text(json.dumps(mails))
        """
}
