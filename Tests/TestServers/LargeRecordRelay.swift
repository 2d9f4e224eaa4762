/// Stands before a PostgreSQL server of a test's own, which trusts everybody, and speaks TLS with its certificate, in
/// records as large as TLS allows: 16 KiB. Notifications go on when one says `end` or `last`, in a small record and a
/// large one at once; behind `last` the connection ends.
public final class LargeRecordRelay: Sendable {
    /// Its port, at 127.0.0.1.
    public let port: Int
    private let process: ServerProcess

    /// Starts one before a server that was started with TLS.
    public init(before cluster: PostgresCluster) async throws {
        let key = cluster.folder + "/tls.key"
        process = try ServerProcess(
            PostgresCluster.words(
                ["/usr/bin/python3", "-c", Self.script, "\(cluster.port)", cluster.certificate, key]),
            folder: cluster.folder)
        guard await process.line(containing: "listening "),
            let port = process.transcript.split(separator: " ").last.flatMap({ Int($0) })
        else { throw ServerFailure(words: "python3", output: process.transcript) }
        self.port = port
    }

    deinit { process.endNow() }

    private static let script = """
        import asyncio, ssl, sys

        port, certificate, key = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        async def ask(source, target):
            while data := await source.read(1 << 16):
                target.write(data)
                await target.drain()
            target.close()

        async def answer(source, target):
            data = bytearray()
            try:
                while True:
                    head = await source.readexactly(5)
                    data += head + await source.readexactly(int.from_bytes(head[1:], "big") - 4)
                    # Ready for a query: all of an answer is there, and fills records to the last.
                    if head[:1] == b"Z":
                        target.write(bytes(data))
                        await target.drain()
                        data.clear()
                    # What libpq has of the small one leaves no room in its buffer for all of the large one.
                    elif head[:1] == b"A" and data.endswith((b"end\\0", b"last\\0")):
                        isLast = data.endswith(b"last\\0")
                        target.writelines([bytes(data[:5000]), bytes(data[5000:])])
                        await target.drain()
                        data.clear()
                        if isLast:
                            return
            finally:
                target.write(bytes(data))
                target.close()

        async def serve(reader, writer):
            # The first eight bytes ask for TLS.
            await reader.readexactly(8)
            writer.write(b"S")
            await writer.start_tls(context)
            answers, questions = await asyncio.open_connection("127.0.0.1", int(port))
            await asyncio.gather(ask(reader, questions), answer(answers, writer), return_exceptions=True)

        async def main():
            relay = await asyncio.start_server(serve, "127.0.0.1", 0)
            print("listening", relay.sockets[0].getsockname()[1], flush=True)
            await relay.serve_forever()

        asyncio.run(main())
        """
}
