import GatewayKit
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Has the door that is there answer what Hummingbird has read from a connection.
struct DoorResponder: Sendable {
    let current: CurrentDoor
    let time: any TimeSource
    let logger: Logger

    /// Writes the answer, and its date. Throws what ends the connection.
    func respond(
        to request: Request, _ writer: consuming ResponseWriter, over channel: any Channel
    ) async throws {
        let source = ApplicationRequestContextSource(channel: channel, logger: logger)
        var response: Response
        do {
            response = try await current.respond(to: request, context: Exchange(source: source))
        } catch let error as HTTPParserError {
            throw error
        } catch {
            // A door answers every error but that its task was cancelled, and then nobody reads this.
            response = Response(status: .internalServerError)
        }
        response.headers[.date] = time.now().httpDate
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch is HTTPParserError {
            // What follows cannot be read; Hummingbird would answer it, in the middle of this answer.
            throw AnswerCut()
        }
    }

    private struct AnswerCut: Error {}
}
