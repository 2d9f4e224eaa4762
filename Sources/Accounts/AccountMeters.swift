import CoreMetrics
import GatewayKit

/// Counts what becomes of what people ask for. A flow counts when its transaction is over, for the transaction itself
/// may run again.
struct AccountMeters: Sendable {
    let registrations: OutcomeCounter<RegistrationResult>
    let logins: OutcomeCounter<LoginResult>
    let refreshes: OutcomeCounter<RefreshResult>
    let proofs: OutcomeCounter<ProofResult>
    let resetRequests: OutcomeCounter<LinkRequestResult>
    let resets: OutcomeCounter<ResetResult>
    let confirmationRequests: OutcomeCounter<LinkRequestResult>
    let confirmations: OutcomeCounter<ConfirmationResult>

    init(in factory: any MetricsFactory = NOOPMetricsHandler.instance) {
        registrations = OutcomeCounter("auth_gateway_registrations_total", in: factory)
        logins = OutcomeCounter("auth_gateway_logins_total", in: factory)
        refreshes = OutcomeCounter("auth_gateway_refreshes_total", in: factory)
        proofs = OutcomeCounter("auth_gateway_password_proofs_total", in: factory)
        resetRequests = OutcomeCounter("auth_gateway_reset_requests_total", in: factory)
        resets = OutcomeCounter("auth_gateway_password_resets_total", in: factory)
        confirmationRequests = OutcomeCounter("auth_gateway_confirmation_requests_total", in: factory)
        confirmations = OutcomeCounter("auth_gateway_address_confirmations_total", in: factory)
    }
}

enum RegistrationResult: String, CaseIterable {
    case registered, pending, closed, failed
    case passwordRefused = "password_refused"
    case emailRefused = "email_refused"
    case usernameTaken = "username_taken"
    case emailTaken = "email_taken"
}

/// The refusals are the reasons that the audit trail states.
enum LoginResult: String, CaseIterable {
    case succeeded, unknown, password, disabled, unverified, changed, failed
    case backOff = "back_off"
}

enum RefreshResult: String, CaseIterable {
    case rotated, repeated, replayed, refused, failed
}

/// What becomes of a current password that somebody with a session states.
enum ProofResult: String, CaseIterable {
    case right, wrong, gone, failed
    case backOff = "back_off"

    init<Value>(_ finding: OwnerProof.Finding<Value>) {
        self =
            switch finding {
            case .owner: .right
            case .wrongPassword: .wrong
            case .tooManyGuesses: .backOff
            case .gone: .gone
            }
    }
}

/// What becomes of asking for a link to be mailed.
enum LinkRequestResult: String, CaseIterable {
    case mailed, unknown, failed
    case heldBack = "held_back"
}

enum ResetResult: String, CaseIterable {
    case reset, failed
    case invalidLink = "invalid_link"
    case passwordRefused = "password_refused"

    init(_ outcome: Recovery.Outcome) {
        self =
            switch outcome {
            case .reset: .reset
            case .invalidLink: .invalidLink
            case .passwordRefused: .passwordRefused
            }
    }
}

enum ConfirmationResult: String, CaseIterable {
    case confirmed, failed
    case invalidLink = "invalid_link"

    init(_ outcome: AddressConfirmation.Outcome) {
        self =
            switch outcome {
            case .confirmed: .confirmed
            case .invalidLink: .invalidLink
            }
    }
}
