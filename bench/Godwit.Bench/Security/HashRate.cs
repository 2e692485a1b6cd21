using System.Diagnostics;
using System.Globalization;
using Godwit.Security.Passwords;

namespace Godwit.Bench.Security;

/// <summary>How many passwords a second this machine verifies when it does nothing else, on all its cores: what a login cannot be faster than.</summary>
internal static class HashRate
{
    private static readonly byte[] s_password = "a sentence of mine"u8.ToArray();

    public static async Task<int> RunAsync(double seconds)
    {
        var gate = new HashingGate(TimeProvider.System);
        var hasher = new PasswordHasher(gate);
        var hash = await hasher.HashAsync(s_password, CancellationToken.None);
        var clock = Stopwatch.StartNew();
        var verified = 0L;
        await Task.WhenAll(Enumerable.Range(0, gate.Width).Select(async _ =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                await hasher.VerifyAsync(s_password, hash, CancellationToken.None);
                Interlocked.Increment(ref verified);
            }
        }));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verified / clock.Elapsed.TotalSeconds:0.00} {gate.Width} {hash.Split('$')[3]}"));
        return 0;
    }
}
