using System.Globalization;

namespace Godwit.TestServers;

/// <summary>
/// A wall clock that a test moves under a process while it runs, by libfaketime. The monotonic clock goes on, as it does when a machine's clock is set.
/// </summary>
public sealed class FalseClock : IDisposable
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    private readonly string file = Path.GetTempFileName();

    public FalseClock()
    {
        if (!File.Exists(Library))
            throw new SkipTestException("faketime is not installed");
        Move(TimeSpan.Zero);
    }

    /// <summary>For the process.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["LD_PRELOAD"] = Library, ["FAKETIME_TIMESTAMP_FILE"] = file, ["FAKETIME_NO_CACHE"] = "1", ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["FAKETIME_DONT_RESET"] = "1",
        // Else its waits, which go by the monotonic clock, end at once.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    /// <summary>How far it is from the true time from now on.</summary>
    public void Move(TimeSpan by)
    {
        var draft = file + ".new";
        File.WriteAllText(draft, ((long)by.TotalSeconds).ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        // Its reader meets the old or the new one.
        File.Move(draft, file, overwrite: true);
    }

    public void Dispose() => File.Delete(file);
}
