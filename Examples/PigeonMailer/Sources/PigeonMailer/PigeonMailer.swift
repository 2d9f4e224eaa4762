import Foundation
import GatewayKit

extension ModuleSet {
    /// What this package brings; a main lists it beside the built-in sets.
    public static var pigeon: ModuleSet { ModuleSet([PigeonMailer.module]) }
}

/// What the file says beside `use: acme.pigeon`.
struct PigeonSettings: Sendable {
    let loft: String
    let perches: Int
    let carries: Int

    static let settings = Settings<PigeonSettings>.object(
        "Mail by pigeon.",
        Field("loft", .path, default: "data/loft", "The folder where pigeons wait; made when it is not there."),
        Field(
            "perches", .integer(1...10_000), default: 100,
            "How many pigeons fit into the loft; while all perches are taken, mails wait outside."),
        Field(
            "carries", .bytes(1024...1_048_576), default: "64KiB",
            "The heaviest letter that a pigeon carries; one that is heavier is given up.")
    ) { loft, perches, carries in PigeonSettings(loft: loft, perches: perches, carries: carries) }
}

/// Hands each mail to a pigeon: a JSON file in the loft, named by the mail's id, so that a repeat takes the place of
/// the first.
actor PigeonMailer: Mailer {
    static let module = Module(
        .mail, "acme.pigeon", "Hands each mail to a pigeon, a JSON file in its loft.",
        settings: PigeonSettings.settings
    ) { settings, provision in
        let loft = Loft(
            path: provision.path(settings.loft), perches: settings.perches, random: provision.random)
        let mailer = PigeonMailer(loft: loft, carries: settings.carries)
        try await mailer.open()
        return mailer
    }

    private let loft: Loft
    private let carries: Int
    private let encoder = JSONEncoder()
    // Files block, so this actor has a thread of its own.
    private let executor = BlockingExecutor(label: "pigeon-loft")

    init(loft: Loft, carries: Int) {
        self.loft = loft
        self.carries = carries
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes the loft when it is not there, so that a wrong path ends the start and not the first mail.
    func open() throws { try loft.open() }

    func send(_ mail: Mail) async throws(MailerError) {
        let letter: Data
        do {
            letter = try self.letter(of: mail)
        } catch {
            throw .permanent(cause: error)
        }
        do {
            try loft.take(letter, named: mail.id + ".json")
        } catch {
            throw .temporary(cause: error)
        }
    }

    /// The mail as a pigeon carries it; throws for one that none ever will.
    private func letter(of mail: Mail) throws -> Data {
        guard mail.id.wholeMatch(of: #/[A-Za-z0-9_-]{1,128}/#) != nil else { throw UnfitMail.id }
        let letter = try encoder.encode(mail)
        guard letter.count <= carries else { throw UnfitMail.tooHeavy(bytes: letter.count, carries: carries) }
        return letter
    }
}

/// Why no pigeon will ever carry a mail. It holds nothing of the mail, for logs show it.
enum UnfitMail: Error, CustomStringConvertible {
    case id
    case tooHeavy(bytes: Int, carries: Int)

    var description: String {
        switch self {
        case .id: "the mail's id has other characters than letters, digits, '-' and '_'"
        case .tooHeavy(let bytes, let carries): "the letter has \(bytes) bytes, and a pigeon carries \(carries)"
        }
    }
}
