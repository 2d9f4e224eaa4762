public import GatewayKit

extension ModuleSet {
    /// The pipeline's built-in stages, in the order in which they usually stand.
    public static var middleware: ModuleSet {
        ModuleSet([
            AccessLog.module, SecurityHeaders.module, CrossOrigin.module, RateLimiting.module, Validation.module,
        ])
    }
}
