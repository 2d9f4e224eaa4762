import Foundation

/// The folder that the `file` mailer writes into.
struct Mailbox {
    let folder: TestFolder

    /// The path of the reset link in the newest mail that has one; waits until the gateway says that it was delivered.
    func resetLink(_ gateway: GatewayProcess) async throws -> String {
        while true {
            if let path = try links().last { return path }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func links() throws -> [String] {
        let mails = folder.url.appendingPathComponent("data/mail")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: mails.path)) ?? []
        return names.filter { $0.hasSuffix(".eml") }.compactMap { name in
            guard let text = try? String(contentsOf: mails.appendingPathComponent(name), encoding: .utf8),
                let range = text.range(of: #"/auth/reset-password/[A-Za-z0-9_-]+"#, options: .regularExpression)
            else { return nil }
            return String(text[range])
        }
    }
}
