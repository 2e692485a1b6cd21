namespace Godwit.Http.Modules;

/// <summary>Work that goes on as long as the host does. When it fails, that is logged and counted, and it begins again after a pause that grows from 1 to 60 seconds; when it returns, it is over.</summary>
/// <param name="Name">A metric's label: words with hyphens.</param>
/// <param name="RunAsync">Ends soon after the token is cancelled: the host stops waiting at its deadline.</param>
public sealed record BackgroundWork(string Name, Func<CancellationToken, Task> RunAsync);
