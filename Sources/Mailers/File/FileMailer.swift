import GatewayKit

/// What the file says about mail into a folder.
struct FileMailerSettings: Sendable {
    let folder: String
    let from: Mailbox

    static let settings = Settings<FileMailerSettings>.object(
        "Mail into a folder.",
        Field("folder", .string, default: "data/mail", "Where the mails go; made when it is not there."),
        Field("from", .mailbox, default: "Auth Gateway <no-reply@localhost>", "Who the mails are from.")
    ) { folder, from in FileMailerSettings(folder: folder, from: from) }
}

/// Writes each mail into a folder, one `.eml` file named by the mail's id, so that a repeat takes the place of the
/// first.
///
/// Files appear whole or not at all and survive a power cut once sent; only the gateway's own user can read them.
actor FileMailer: Mailer {
    static let module = Module(
        .mail, "file", "Writes mails into a folder, one file each.", settings: FileMailerSettings.settings
    ) { settings, provision in
        let mailer = FileMailer(
            folder: provision.path(settings.folder), from: settings.from, random: provision.random)
        // Whoever only asks makes no folder, and takes no draft from under a gateway that is running.
        if provision.mayCreate { try await mailer.prepare() }
        return mailer
    }

    private let folder: DurableFolder
    private let from: Mailbox
    private let executor = BlockingExecutor(label: "mail-folder")

    init(folder: String, from: Mailbox, random: any RandomSource) {
        self.folder = DurableFolder(folder, random: random)
        self.from = from
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes the folder when it is not there, so that a wrong path ends the start and not the first mail, and removes
    /// what a crash has left in it.
    func prepare() throws {
        try folder.create()
        folder.removeDrafts()
    }

    func send(_ mail: Mail) async throws(MailerError) {
        guard mail.hasPlainID else { throw .permanent(cause: UnusableMailID()) }
        let message = InternetMessage(mail, from: from)
        do throws(FileError) {
            try folder.create()
            try folder.save(message.bytes, as: mail.id + ".eml")
        } catch {
            throw .temporary(cause: error)
        }
    }
}
