namespace Godwit.Postgres.Clusters;

/// <summary>One process at a time makes, starts or stops a cluster. The kernel lets go when the holder dies.</summary>
internal static class ClusterLock
{
    // The system's error number is what .NET reports for a file that another process has locked.
    private const int WouldBlock = 11;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<IDisposable> TakeAsync(string folder, ClusterOptions options, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "lock");
        var started = options.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = PrivateFiles.FileMode,
                });
            }
            catch (IOException e) when (e.HResult == WouldBlock && options.Time.GetElapsedTime(started) < options.Deadline)
            {
                // FileShare.None is flock without waiting, so the wait is here.
                await Task.Delay(Pause, options.Time, cancellationToken);
            }
        }
    }
}
