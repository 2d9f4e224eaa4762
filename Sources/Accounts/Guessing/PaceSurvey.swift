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
                await survey()
                do { try await time.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    /// Compares a password that nobody has with a hash of each kind that was not compared before.
    func survey() async {
        guard
            let samples = try? await storage.look({ records throws(StorageError) in
                try records.accounts.hashSamples()
            })
        else { return }
        let password = Password(Base64URL.encode(random.bytes(16)))
        for sample in samples {
            let format = AnswerPace.format(of: sample)
            guard !pace.knows(format) else { continue }
            let start = time.elapsed()
            guard (try? await hasher.verify(password, against: sample)) != nil else { continue }
            pace.learn(format, cost: time.elapsed() - start)
        }
    }

    private static let pause = Duration.seconds(60)
}
