using System.Reflection;

namespace Godwit.Server.Health;

/// <summary>Since when this process serves, and what it is.</summary>
internal sealed class ServerClock(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    public static string Version { get; } = typeof(ServerClock).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public TimeSpan Uptime => time.GetElapsedTime(_began);
}
