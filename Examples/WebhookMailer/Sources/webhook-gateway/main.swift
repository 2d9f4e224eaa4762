import Gateway
import GatewayMailers
import GatewayMiddleware
import GatewayProviders
import WebhookMailer

// What this binary contains: the modules that come with the gateway, and the webhook mailer.
await AuthGateway.main(modules: [.providers, .mailers, .middleware, .webhookMailer])
