import ArgumentParser
import GatewayHTTP
import GatewayKit

/// `healthcheck`: asks the running gateway whether it is ready, for containers and scripts.
struct HealthCheckVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Say whether the gateway that the file describes is ready.",
        discussion: "Asks the operations listener for /health/ready and waits at most 5 seconds; exits with 0 or 1.")

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let address = deployment.settings.server.operationsListen
        let answer: HealthProbe.Answer
        do throws(HealthProbe.Unreachable) {
            answer = try await HealthProbe.ask(address, path: "/health/ready", within: .seconds(5))
        } catch {
            throw Failure("\(address) cannot be reached: \(error)")
        }
        guard answer.isReady else { throw Failure("not ready: \(answer.body)") }
        try host.say("ready")
    }
}
