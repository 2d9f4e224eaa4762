import GatewayKit
import Logging
public import ServiceLifecycle

/// Finds out what the dearest password hash of the store costs before someone guesses at it: otherwise the first failed
/// login at such an account would be answered later than all before it. Looks at the start, and again now and then, for
/// another node or an import may bring hashes of a new kind.
public struct PaceSurvey: Service {
    let storage: any Storage
    let hasher: any PasswordHasher
    let pace: AnswerPace
    let time: any TimeSource
    let random: any RandomSource

    /// Surveys until a shutdown begins or the task is cancelled; what cannot be had now is tried again.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                let look = await survey()
                // Of a great store each look reads every account: it takes no more than a hundredth of the time.
                do { try await time.sleep(for: max(Self.pause, look * 100)) } catch { return }
            }
        }
    }

    /// Compares a password that nobody has with a hash of each kind that was not compared before; how long the store
    /// was looked at.
    @discardableResult
    func survey() async -> Duration {
        // In a store of cheap hashes alone, a name that nobody has is the dearest.
        await measure(AnswerPace.nobody) { password throws(PasswordHasherError) in
            try await hasher.verifyNobody(password)
        }
        let start = time.elapsed()
        let samples = try? await storage.look { records throws(StorageError) in try records.accounts.hashSamples() }
        let look = time.elapsed() - start
        guard let samples else { return look }
        for sample in samples {
            await measure(AnswerPace.format(of: sample)) { password throws(PasswordHasherError) in
                _ = try await hasher.verify(password, against: sample)
            }
        }
        pace.forget(allBut: Set(samples.map(AnswerPace.format)).union([AnswerPace.nobody]))
        return look
    }

    private func measure(
        _ format: String, _ compare: (Password) async throws(PasswordHasherError) -> Void
    ) async {
        guard !pace.isSurveyed(format) else { return }
        var costs: [Duration] = []
        // The quicker of two, for one may have stood in a queue.
        for _ in 1...2 {
            // As long as the longest that every format takes: some cost more of a longer one.
            let password = Password(Base64URL.encode(random.bytes(48)))
            let start = time.elapsed()
            guard (try? await compare(password)) != nil else { return }
            costs.append(time.elapsed() - start)
        }
        if let least = costs.min() { pace.learn(format, cost: least, isSurvey: true) }
    }

    private static let pause = Duration.seconds(60)
}
