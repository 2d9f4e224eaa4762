import Gateway
import GatewayMailers
import GatewayMiddleware
import GatewayProviders

// What this binary contains: nothing is found by itself.
await AuthGateway.main(modules: [.providers, .mailers, .middleware])
