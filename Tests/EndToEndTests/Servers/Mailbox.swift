import Foundation

/// The folder that the `file` mailer writes into.
struct Mailbox {
    let folder: TestFolder

    /// The path of the reset link in the newest mail that has one; waits until the gateway says that it was delivered.
    func resetLink(_ gateway: GatewayProcess) async throws -> String {
        while true {
            if let path = links().last { return path }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Every mail that was delivered, as it was written.
    func texts() -> [String] {
        let mails = folder.url.appendingPathComponent("data/mail")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: mails.path)) ?? []
        return names.filter { $0.hasSuffix(".eml") }
            .compactMap { try? String(contentsOf: mails.appendingPathComponent($0), encoding: .utf8) }
    }

    private func links() -> [String] {
        texts().compactMap { text in
            let range = text.range(of: #"/auth/reset-password/[A-Za-z0-9_-]+"#, options: .regularExpression)
            return range.map { String(text[$0]) }
        }
    }
}
