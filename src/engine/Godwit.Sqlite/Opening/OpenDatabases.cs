namespace Godwit.Sqlite.Opening;

/// <summary>
/// The database files that this process has open through SQLite. Closing any other handle on one, or on its shared memory, would drop the locks of all these connections (https://sqlite.org/howtocorrupt.html section 2.2): it
/// waits until the last of them is closed.
/// </summary>
internal static class OpenDatabases
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<(ulong Device, ulong Inode), Connections> s_open = [];

    /// <summary>Once a connection is open, and before it takes a lock.</summary>
    /// <returns>What it is counted under; null where there is no such file.</returns>
    public static (ulong Device, ulong Inode)? Enter(string path)
    {
        if (FileStatus.Of(path) is not { } status) return null;
        var file = (status.Device, status.Inode);
        lock (s_gate)
        {
            if (!s_open.TryGetValue(file, out var connections)) s_open.Add(file, connections = new Connections());
            connections.Count++;
        }
        return file;
    }

    /// <summary>Once it is closed.</summary>
    public static void Leave((ulong Device, ulong Inode) file)
    {
        lock (s_gate)
        {
            var connections = s_open[file];
            if (--connections.Count > 0) return;
            s_open.Remove(file);
            foreach (var close in connections.Waiting) close();
        }
    }

    /// <summary>Closes a handle now, or with the last connection to the database.</summary>
    public static void Close((ulong Device, ulong Inode) file, Action close)
    {
        lock (s_gate)
        {
            if (s_open.TryGetValue(file, out var connections)) connections.Waiting.Add(close);
            else close();
        }
    }

    private sealed class Connections
    {
        public int Count { get; set; }

        public List<Action> Waiting { get; } = [];
    }
}
