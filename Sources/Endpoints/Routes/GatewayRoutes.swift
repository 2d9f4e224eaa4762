import GatewayHTTP
import GatewayKit
import Hummingbird

/// What every route of the public listener is, apart from what answers it: documents are printed from this alone,
/// without a store or a key.
///
/// A topic a file: what it takes, what it answers and how it refuses. `Outputs` holds the answers' bodies.
struct GatewayRoutes: Sendable {
    /// What new passwords must be.
    let policy: PasswordPolicy
    /// Throws ``Problem`` for a caller without a valid token, whose body is not even read.
    let admit: @Sendable (Request) throws -> Void
    /// Throws ``Problem`` for a caller who is no administrator, likewise.
    let admitAdministrator: @Sendable (Request) throws -> Void

    /// All of them, in the order in which documents list them.
    var all: [RouteDeclaration] {
        [
            register.declaration, login.declaration, refresh.declaration, logout.declaration,
            forgotPassword.declaration, resetForm.declaration, reset.declaration, sendConfirmation.declaration,
            confirmationForm.declaration, confirm.declaration, changeEmail.declaration, restoringForm.declaration,
            restoreEmail.declaration, me.declaration, rename.declaration,
            changePassword.declaration, delete.declaration, listSessions.declaration, endSession.declaration,
            createKey.declaration, listKeys.declaration, revokeKey.declaration, listUsers.declaration,
            createUser.declaration, showUser.declaration, changeUser.declaration, deleteUser.declaration,
            logOutUser.declaration, resetUser.declaration, listEvents.declaration, verify.declaration,
        ] + Dialect.allCases.map { verify(for: $0).declaration } + [
            publicKeys.declaration, openAPI.declaration, docs.declaration, problem.declaration,
        ]
    }
}

/// The headings that documents put routes under.
enum Topic {
    static let entering = "Registering and logging in"
    static let recovery = "Forgotten passwords"
    static let addresses = "E-mail addresses"
    static let profile = "One's own account"
    static let sessions = "Sessions"
    static let keys = "API keys"
    static let users = "For administrators"
    static let verification = "For apps and reverse proxies"
    static let documents = "Keys and documents"
}
