public import GatewayKit

extension ModuleSet {
    /// The mailers that come with the gateway.
    public static var mailers: ModuleSet { ModuleSet([FileMailer.module, SMTPMailer.module]) }
}
