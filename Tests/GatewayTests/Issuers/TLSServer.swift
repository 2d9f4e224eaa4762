import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server that speaks TLS on a free port and gives every request the same answer, or none.
struct TLSServer {
    let channel: any Channel
    let requests: Requests

    /// What has been asked.
    final class Requests: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock(\.self) }
        func append(_ request: String) { list.withLock { $0.append(request) } }
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    static func start(answering answer: String?, upTo version: TLSVersion = .tlsv13) async throws -> Self {
        let requests = Requests()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = version
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLServerHandler(context: context), CannedAnswer(answer: answer, requests: requests))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Self(channel: channel, requests: requests)
    }

    func end() async throws { try await channel.close() }

    /// Trusts the server's authority and nobody else.
    static func trust() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates([
            try NIOSSLCertificate(bytes: Array(authority.utf8), format: .pem)
        ])
        return configuration
    }

    private final class CannedAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String?
        private let requests: Requests
        private var request = ""

        init(answer: String?, requests: Requests) {
            self.answer = answer
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            request += String(buffer: unwrapInboundIn(data))
            guard request.hasSuffix("\r\n\r\n") else { return }
            requests.append(request)
            guard let answer else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }

    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBJzCBzaADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBVRlc3RzMCAX
        DTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAQMQ4wDAYDVQQDDAVUZXN0
        czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG7bSm17kXuLIA8IWmqDw27ExfaR
        Oj2kIHxlXiiy7TbNSM1SYrBWI08C2bk4HwSDCtmtgz3ynLVC30KepJKPRCKjFjAU
        MBIGA1UdEwEB/wQIMAYBAf8CAQAwCgYIKoZIzj0EAwIDSQAwRgIhAP2XdFbCBkzp
        66XGwMX0KcLC0deaFQoD2Vaw7o5YPBgpAiEAp+qCZddKcF7SRL2nIH4aezfmesV1
        3yferJ7vfpEhiUE=
        -----END CERTIFICATE-----
        """

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBMTCB2aADAgECAgECMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMMBVRlc3RzMCAX
        DTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2Nh
        bGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATdGsWSAHk0DT0rMtomR9tJ
        RLYmiCLfHk+BWXYSWdtOkzoEd9JWiqOmGyz4f+HkLuLpFfB9UK3gwKAdrX+uo3kG
        ox4wHDAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAw
        RAIgFE46CVgfEDCFAkMxuGNXv/eeGAnm6Vo5WIp15jNFbWgCIF6OmpCtWeb6+8vT
        PBGwroW22YAedlyIPrrflP78X6Sa
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfNPJUrHHU3et+im1
        BZ1Dxiw/gukPOfqy5uHjQjlmjXmhRANCAATdGsWSAHk0DT0rMtomR9tJRLYmiCLf
        Hk+BWXYSWdtOkzoEd9JWiqOmGyz4f+HkLuLpFfB9UK3gwKAdrX+uo3kG
        -----END PRIVATE KEY-----
        """
}
