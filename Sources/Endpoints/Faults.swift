import GatewayAccounts
import GatewayHTTP
import GatewayKit

/// Runs a flow, and turns what is broken or out of reach into the errors that the HTTP target answers and logs.
func calling<Result>(_ flow: () async throws(AccountsError) -> Result) async throws -> Result {
    do throws(AccountsError) {
        return try await flow()
    } catch {
        switch error {
        case .busy(let retryAfter): throw Problem.busy(retryAfter: retryAfter)
        case .unavailable(let cause): throw StorageError.unavailable(cause: cause)
        case .outcomeUnknown(let cause): throw StorageError.outcomeUnknown(cause: cause)
        case .broken(let cause): throw StorageError.broken(cause: cause)
        }
    }
}
