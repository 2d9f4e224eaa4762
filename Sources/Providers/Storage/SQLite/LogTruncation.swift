import GatewayKit
import Logging
import ServiceLifecycle

/// Cuts SQLite's write-ahead log to nothing every minute and at the end: what was erased from the database, mails and
/// links above all, would stand in it until chance overwrites it.
struct LogTruncation: Service {
    static let pause = Duration.seconds(60)

    let storage: SQLiteStorage
    let time: any TimeSource
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            var hasFailed = false
            while (try? await time.sleep(for: Self.pause)) != nil {
                hasFailed = await !isDone(saying: !hasFailed)
            }
        }
        if !Task.isCancelled { _ = await isDone(saying: true) }
    }

    private func isDone(saying says: Bool) async -> Bool {
        do throws(StorageError) {
            try await storage.truncateLog()
            return true
        } catch {
            if says {
                logger.warning(
                    "the database's log could not be cut, erased data may stand in it: does a backup keep it open?",
                    metadata: [LogKey.error: "\(error)"])
            }
            return false
        }
    }
}
