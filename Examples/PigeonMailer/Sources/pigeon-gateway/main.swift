import Gateway
import GatewayMailers
import GatewayMiddleware
import GatewayProviders
import PigeonMailer

// What this binary contains: the modules that come with the gateway, and the pigeon.
await AuthGateway.main(modules: [.providers, .mailers, .middleware, .pigeon])
