import GatewayAccess
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import Logging

/// What the gateway answers a reverse proxy that asks about a request: by the front door that `serve` would lead to,
/// made from the same file over the same store. It takes no connection, and nothing runs in the background; the store
/// is read alone.
enum ProxyAnswer {
    /// The client that the proxy speaks for where none is named: an address that is kept for documents (RFC 5737).
    static let someClient = IPAddress("192.0.2.1")

    /// The answer to a proxy that is trusted, which comes with what somebody would show.
    static func given(
        in dialect: Dialect, to client: Client, showing asker: Asker, by deployment: Deployment
    ) async throws -> WrittenAnswer {
        // What is unwise in the file `check` says, and its rules `explain`.
        let logger = deployment.logger(atLeast: .error)
        let style = LogStyle(deployment.logFormat, .error)
        let ground = try await Ground.laid(for: deployment, mayCreate: false, style: style, logger: logger)
        let generation = try await Generation.made(of: deployment, on: ground)
        await generation.trusted.updates?.catchUp()
        let request = ProxiedRequest(
            method: client.method, url: client.url, from: client.address,
            bearer: try asker.credential(from: generation), isNavigation: client.isNavigating)
        guard let request else {
            throw Failure("no client sends that: the method is a word, the URL in ASCII without space")
        }
        return try await WrittenAnswer(
            of: generation.door, to: request.question(in: dialect),
            from: deployment.settings.server.trustedProxies.somebody, at: deployment.host.time.now(), logger: logger)
    }

    /// What a client asks the proxy for.
    struct Client {
        let method: String
        let url: String
        let address: IPAddress
        /// Whether it is a browser that wants a page to show.
        let isNavigating: Bool
    }
}

/// Who asks, as the command line has it.
enum Asker {
    case nobody
    case account(Account)
    case holder(token: String)

    /// What they would show. The holder of an account gets a token of this moment, by the deployment's own issuer,
    /// which leaves this process in no way and belongs to no session; whoever's account is disabled, one that is none.
    func credential(from generation: Generation) throws(Failure) -> String? {
        switch self {
        case .nobody: return nil
        case .holder(let token): return token
        case .account(let account) where account.isDisabled: return "disabled"
        case .account(let account):
            do throws(TokenIssuerError) {
                let session = SessionID(from: generation.deployment.host.random)
                return try generation.issuer.issue(to: account, in: session).token.reveal()
            } catch {
                throw Failure("there is no key to sign a token with now: use --token")
            }
        }
    }
}
