import HTTPTypes
import NIOCore

extension FuzzTarget {
    /// What a client sends, piece by piece, and what happens meanwhile (``Happening``): every byte that goes out is of
    /// a well-formed response, there are no more of them than requests and one refusal, nothing follows the last, and
    /// whatever was sent, silence ends the connection.
    static let connection = FuzzTarget("connection") { script in
        let connection = FuzzedConnection()
        let happenings = Happening.read(script)
        for happening in happenings { connection.take(happening) }
        connection.answerAll()
        connection.take(.time(.seconds(600)))
        claim("silence ends every connection", holds: !connection.isOpen)
        let application = connection.application
        var reader = ReplyReader(connection.sent, toHead: application.requests.map { $0.method == .head })
        let replies = reader.replies()
        claim("a reply is cut off by a deadline alone", holds: !reader.isCutOff || application.isAnswering)
        let answers = replies.filter { $0.status >= 200 }
        claim("no more replies than requests and one refusal", holds: answers.count <= application.requests.count + 1)
        let isLast = answers.map(\.isLast)
        claim("nothing follows the last reply", holds: isLast.dropLast().allSatisfy { !$0 })
        for refusal in answers where refusal.status != 200 {
            claim("a refusal is the last reply", holds: refusal.isLast)
            let type = refusal.fields["content-type"]
            claim("a refusal is a problem document", holds: type == "application/problem+json")
            let statuses = [400, 408, 413, 431, 503]
            claim("a refusal is one of these: \(refusal.status)", holds: statuses.contains(refusal.status))
        }
        let saysLast = isLast.last ?? false
        claim(
            "the last reply ends the connection", holds: !saysLast || connection.isFinished || application.isAnswering)
        // A client that ends its side while the answer is on its way, or behind it, comes too late for it to say so.
        let isToldInTime = happenings.allSatisfy { happening in
            switch happening {
            case .beginAnswer, .inputClosed: false
            default: true
            }
        }
        claim("a connection that is ended was said to", holds: !connection.isFinished || saysLast || !isToldInTime)
        checkInterim(replies, to: application.requests)
    }

    private static func checkInterim(_ replies: [ReplyReader.Reply], to requests: [HTTPRequest]) {
        var (answered, told) = (0, false)
        for reply in replies {
            guard reply.status < 200 else {
                (answered, told) = (answered + 1, false)
                continue
            }
            let request = requests.indices.contains(answered) ? requests[answered] : nil
            let expects = request?.headerFields[.expect]?.lowercased().contains("100-continue") ?? false
            claim("who is told to go on has asked for it, and is next", holds: expects)
            claim("nobody is told to go on twice", holds: !told)
            told = true
        }
    }
}
