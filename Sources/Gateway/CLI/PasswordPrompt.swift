import Foundation
import GatewayKit

/// Asks for a password where there is a terminal, and reads one line of standard input where `--password-stdin` says
/// so; never from an argument, which every process of the machine could read.
enum PasswordPrompt {
    static func read(fromStandardInput: Bool) throws(Failure) -> Password {
        if fromStandardInput {
            return Password(try nonEmpty(PasswordLine.read(from: STDIN_FILENO), or: "standard input held no password"))
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
        let interrupts = settings.takeInterruptsAsLineEnds()
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        let typed = try PasswordLine.read(from: STDIN_FILENO, interrupts: interrupts)
        return try nonEmpty(typed, or: "no password was typed")
    }

    private static func nonEmpty(_ line: String, or refusal: String) throws(Failure) -> String {
        guard !line.isEmpty else { throw Failure(refusal) }
        return line
    }
}

extension termios {
    /// Has ^C and ^\ end the line instead of the process, which would leave the terminal without its echo; the bytes
    /// that they send, and that of ^Z, which would be a letter of the password.
    fileprivate mutating func takeInterruptsAsLineEnds() -> [UInt8] {
        c_lflag &= ~tcflag_t(ISIG)
        return withUnsafeMutableBytes(of: &c_cc) { characters in
            (characters[Int(VEOL)], characters[Int(VEOL2)]) = (characters[Int(VINTR)], characters[Int(VQUIT)])
            return [VEOL, VEOL2, VSUSP].map { characters[Int($0)] }.filter { $0 != 0 }
        }
    }
}
