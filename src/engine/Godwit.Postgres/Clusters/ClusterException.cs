namespace Godwit.Postgres.Clusters;

/// <summary>A private cluster cannot be made, started or stopped. <see cref="Remedy"/> says what a person can do; the message never holds a password.</summary>
public sealed class ClusterException(string message, string? remedy = null, Exception? inner = null) : Exception(message, inner)
{
    public string? Remedy { get; } = remedy;
}
