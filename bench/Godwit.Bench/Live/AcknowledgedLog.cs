using System.Text;

namespace Godwit.Bench.Live;

/// <summary>One line for each acknowledged write, written before the next is asked for. A killed application leaves every line that it wrote.</summary>
internal sealed class AcknowledgedLog(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _lock = new();

    /// <param name="write">What was asked for.</param>
    /// <param name="sure">False when nobody knows what became of it: the connection broke.</param>
    public void Add(LedgerWrite write, bool sure)
    {
        var line = Encoding.UTF8.GetBytes($"{(sure ? '+' : '?')} {write.Line}\n");
        lock (_lock) _file.Write(line);
    }

    public void Dispose() => _file.Dispose();
}
