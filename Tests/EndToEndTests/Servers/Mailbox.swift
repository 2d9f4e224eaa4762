import Foundation

/// The folder that the `file` mailer writes into.
struct Mailbox {
    let folder: TestFolder

    /// The path of the reset link in the newest mail that has one, when it is not the `earlier` one.
    ///
    /// No line of the log tells of a delivery, so this looks again and again; the suite's time limit ends it.
    func resetLink(after earlier: String? = nil) async throws -> String {
        try await link(to: "reset-password", after: earlier)
    }

    /// The same of a link to any of the gateway's pages.
    func link(to page: String, after earlier: String? = nil) async throws -> String {
        while true {
            if let newest = links(to: page).last, newest != earlier { return newest }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Every mail that was delivered, as it was written, the newest last.
    func texts() -> [String] {
        let mails = folder.url.appendingPathComponent("data/mail").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: mails)) ?? []
        let paths = names.filter { $0.hasSuffix(".eml") }.map { mails + "/" + $0 }
        return paths.map { ($0, Self.modificationDate(of: $0)) }.sorted { $0.1 < $1.1 }
            .compactMap { try? String(contentsOfFile: $0.0, encoding: .utf8) }
    }

    private static func modificationDate(of path: String) -> Date {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date ?? .distantPast
    }

    private func links(to page: String) -> [String] {
        texts().compactMap { text in
            let range = text.range(of: "/auth/\(page)/[A-Za-z0-9_-]+", options: .regularExpression)
            return range.map { String(text[$0]) }
        }
    }
}
