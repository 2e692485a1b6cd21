namespace Godwit.Engine.Live;

/// <summary>Who holds a run.</summary>
/// <param name="Epoch">Of its lease.</param>
/// <param name="CheckLease">Fails when another has taken it.</param>
public sealed record LiveRunner(Guid Epoch, Func<Task> CheckLease);
