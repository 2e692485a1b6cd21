using System.Collections;
using System.Runtime.InteropServices;

namespace Godwit.Cli.Serve;

/// <summary>The server's program on the disk, and becoming it (execve(2)).</summary>
internal static partial class ServerImage
{
    /// <summary>Names another program than the one beside this.</summary>
    public const string Variable = "GODWIT_SERVER_PROGRAM";

    private const int SetMask = 2;

    public static string Expected { get; } = Path.Combine(AppContext.BaseDirectory, "server", "godwit-server");

    public static string? Find() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : File.Exists(Expected) ? Expected : null;

    /// <summary>Finds it and becomes it; where that fails, says why.</summary>
    public static async Task<int> BecomeAsync(IReadOnlyList<string> arguments, TextWriter error)
    {
        if (Find() is not { } program)
        {
            await error.WriteLineAsync($"godwit: the server's program is not there ({Expected}); scripts/build.sh publishes it beside this one, and {Variable} may name another place");
            return ExitCode.Fault;
        }
        var fault = Become(program, arguments);
        await error.WriteLineAsync($"godwit: {program} cannot be started (errno {fault})");
        return ExitCode.Fault;
    }

    /// <returns>errno; when it succeeds, it does not return.</returns>
    public static unsafe int Become(string program, IReadOnlyList<string> arguments)
    {
        // What was set in this process is in no other list than the framework's own.
        List<string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) variables.Add($"{variable.Key}={variable.Value}");
        // Signals that this thread keeps back would be kept back in the program, too: 128 bytes are a sigset_t, empty.
        Span<byte> none = stackalloc byte[128];
        none.Clear();
        fixed (byte* empty = none) _ = SetSignalMask(SetMask, empty, null);
        _ = Execute(program, Block([program, .. arguments]), Block(variables));
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>Never freed: the process ends with it, one way or the other.</summary>
    private static unsafe nint* Block(List<string> texts)
    {
        var block = (nint*)NativeMemory.Alloc((nuint)texts.Count + 1, (nuint)sizeof(nint));
        for (var i = 0; i < texts.Count; i++) block[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        block[texts.Count] = 0;
        return block;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string program, nint* arguments, nint* variables);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static unsafe partial int SetSignalMask(int how, byte* set, byte* before);
}
