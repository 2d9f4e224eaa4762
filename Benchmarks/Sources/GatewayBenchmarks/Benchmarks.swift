import GatewayKit

/// The program: runs every measurement, and prints a line each.
@main
struct Benchmarks {
    static func main() async throws {
        let clock = ContinuousClock()
        print(Measurement.heading)
        for line in try await TokenBenchmark().run(clock: clock) { print(line) }
        for line in try await PasswordBenchmark().run(clock: clock) { print(line) }
        for line in try await SealingBenchmark().run(clock: clock) { print(line) }
    }
}
