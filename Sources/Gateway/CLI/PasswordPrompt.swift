import Foundation
import GatewayKit

/// Asks for a password where there is a terminal, and reads one line of standard input where `--password-stdin` says
/// so; never from an argument, which every process of the machine could read.
enum PasswordPrompt {
    static func read(fromStandardInput: Bool) throws(Failure) -> Password {
        if fromStandardInput {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw Failure("standard input held no password")
            }
            return Password(line)
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure("there is no terminal to ask at: use --password-stdin", status: ExitStatus.wrongUsage)
        }
        let first = try ask("Password: ")
        guard try ask("Again: ") == first else { throw Failure("the two passwords differ") }
        return Password(first)
    }

    /// One line typed without echo.
    private static func ask(_ question: String) throws(Failure) -> String {
        FileHandle.standardError.write(Data(question.utf8))
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else { throw Failure("no password was typed") }
        return line
    }
}
