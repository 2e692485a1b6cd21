namespace Godwit.Http.Health;

/// <summary>One thing that answers depend on.</summary>
/// <param name="Name">One word: <c>database</c>. It is shown to whoever asks; no address, no name of a host.</param>
/// <param name="Vital">Without it the host is not ready. What is not vital only degrades it.</param>
/// <param name="Deadline">When it counts as failed.</param>
/// <param name="LookAsync">Throws when it is not well; what it throws is logged by its type and shown to nobody.</param>
public sealed record HealthCheck(string Name, bool Vital, TimeSpan Deadline, Func<CancellationToken, Task> LookAsync);
