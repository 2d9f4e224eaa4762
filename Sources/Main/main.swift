import Gateway
import GatewayMailers
import GatewayMiddleware
import GatewayProviders

// What this binary contains: nothing is found by itself.
await Gateway.main(modules: [.providers, .mailers, .middleware])
