using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Engine.Processes;

/// <summary>
/// A process in a session of its own: the end of the terminal, of the process that started it or of its group does not end it. It reads nothing, prints to a
/// file, and has one pipe to say something to whoever started it.
/// </summary>
public sealed class DetachedProcess : IDisposable
{
    /// <summary>The descriptor under which the process finds its end of the pipe.</summary>
    public const int Descriptor = 3;

    private readonly AnonymousPipeServerStream _pipe;

    private DetachedProcess(int id, AnonymousPipeServerStream pipe) => (Id, _pipe) = (id, pipe);

    public int Id { get; }

    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="environment">All of its environment, as NAME=value.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="log">The file that it prints to.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static DetachedProcess Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder, SafeFileHandle log)
    {
        // Not inheritable: the one copy that the process gets is made by the spawn, and nothing else that is started meanwhile keeps the pipe open.
        var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.None);
        try
        {
            var id = ProcessSpawn.Start(arguments, environment, folder, (int)log.DangerousGetHandle(), (int)pipe.ClientSafePipeHandle.DangerousGetHandle(), detached: true);
            pipe.DisposeLocalCopyOfClientHandle();
            return new DetachedProcess(id, pipe);
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    /// <summary>All that the process says until it closes its end, or ends.</summary>
    public async Task<string> ListenAsync(CancellationToken cancellation)
    {
        using var reader = new StreamReader(_pipe, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellation);
    }

    /// <summary>Waits for its end.</summary>
    public Task<(int? ExitCode, int? Signal)> WaitAsync() => Task.Run(() => ProcessSpawn.Collect(Id));

    /// <summary>Asks it and all that it started to end.</summary>
    public void AskToEnd() => ProcessSpawn.SignalGroup(Id, 15);

    public void Dispose() => _pipe.Dispose();
}
