using Godwit.Cli.Runs;
using Godwit.Engine.Processes;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Cli.Detaching;

/// <summary>This process as one that <c>--detach</c> started: it tells the one that did, once, how it got on.</summary>
internal static class Detachment
{
    /// <summary>Set for a detached process; the steps that it starts do not see it.</summary>
    public const string Variable = "GODWIT_DETACHED";

    private static FileStream? s_pipe = Open();

    /// <summary>The run is this process's: its row is there and its lease is held.</summary>
    public static void Announce(Guid run) => Tell(run.ToString());

    /// <summary>It ended before it had a run.</summary>
    public static void Fail(RunDocument document)
    {
        if (s_pipe is not null) Tell(document.ToJson());
    }

    private static FileStream? Open()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        return new FileStream(new SafeFileHandle(DetachedProcess.Descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    private static void Tell(string text)
    {
        using var pipe = Interlocked.Exchange(ref s_pipe, null);
        if (pipe is null) return;
        try
        {
            pipe.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Whoever started this process is gone; the run goes on without.
        }
    }
}
