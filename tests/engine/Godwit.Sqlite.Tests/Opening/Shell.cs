using System.Diagnostics;

namespace Godwit.Sqlite.Tests.Opening;

/// <summary>Another process on the database: the sqlite3 shell, fed statement by statement. Locks between processes are what a source meets.</summary>
internal sealed class Shell : IDisposable
{
    private const string Program = "/usr/bin/sqlite3";
    private readonly Process _process;

    public Shell(string database)
    {
        Assert.SkipUnless(File.Exists(Program), "the sqlite3 shell is not installed");
        var start = new ProcessStartInfo(Program, ["-batch", database]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        _process = Process.Start(start)!;
    }

    /// <summary>Runs statements and waits until they ran.</summary>
    public string Run(string sql)
    {
        Send(sql);
        var lines = new List<string>();
        while (_process.StandardOutput.ReadLine() is { } line && line != "~done~") lines.Add(line);
        return string.Join('\n', lines);
    }

    public void Send(string sql)
    {
        _process.StandardInput.WriteLine(sql);
        _process.StandardInput.WriteLine("SELECT '~done~';");
        _process.StandardInput.Flush();
    }

    /// <summary>Ends it as a crash does: nothing is rolled back, checkpointed or removed.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
