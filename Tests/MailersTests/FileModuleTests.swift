import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayMailers

@Suite struct FileModuleTests {
    @Test func `an empty section is a folder beside the file`() {
        let settings = read([:])
        #expect(settings.value?.folder == "data/mail")
        #expect(settings.value?.from == (try? Mailbox("Auth Gateway <no-reply@localhost>")))
    }

    @Test func `a sender that is none is reported with an example`() {
        #expect(read(["from": "me"]).problems == ["expected a sender such as Example <no-reply@example.com>"])
    }

    @Test func `a slip is met where it stands, in a section that is tested by itself too`() async throws {
        let slip = BrokenFile(
            "mail.yaml",
            """
            mail:
              use: file
              from: me  # error: mail.from: expected a sender such as Example <no-reply@example.com>
            """)
        slip.verify(section: "mail", of: .mail, among: .mailers)
        await #expect {
            try await Slot.mail.product(of: ["use": "file", "from": "me"], among: .mailers, with: .forTests())
        } throws: { error in
            "\(error)" == "from: expected a sender such as Example <no-reply@example.com>"
        }
    }

    @Test func `whoever may create nothing makes no folder, and takes no draft away`() async throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
        defer { try? FileManager.default.removeItem(at: place) }
        let folder = place.appendingPathComponent("mail").path
        let section: ConfigLiteral = ["use": "file", "folder": .init(stringLiteral: folder)]
        _ = try await Slot.mail.product(of: section, among: .mailers, with: .forTests(mayCreate: false))
        #expect(!FileManager.default.fileExists(atPath: folder))
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let draft = folder + "/.a.eml.x.draft"
        try Data().write(to: URL(fileURLWithPath: draft))
        _ = try await Slot.mail.product(of: section, among: .mailers, with: .forTests(mayCreate: false))
        #expect(FileManager.default.fileExists(atPath: draft))
        _ = try await Slot.mail.product(of: section, among: .mailers, with: .forTests())
        #expect(!FileManager.default.fileExists(atPath: draft))
    }

    @Test func `every default is a value that its own setting takes`() {
        #expect(ModuleSet.mailers.problemsOfDefaults == [])
    }

    @Test func `the list of mailers holds both modules in the mail slot`() {
        #expect(ModuleSet.mailers.modules.map { "\($0.slotName)/\($0.name)" } == ["mail/file", "mail/smtp"])
    }

    private func read(_ pairs: KeyValuePairs<String, String>) -> (value: FileMailerSettings?, problems: [String]) {
        let entries = pairs.map {
            ConfigEntry(key: $0.key, at: .none, value: ConfigNode(.scalar(ConfigScalar($0.value)), at: .none))
        }
        var reading = ConfigReading()
        let value = FileMailerSettings.settings.read(ConfigNode(.map(entries), at: .none), in: &reading)
        return (value, reading.problems.map(\.message))
    }
}
