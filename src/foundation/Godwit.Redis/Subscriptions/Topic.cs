namespace Godwit.Redis.Subscriptions;

/// <summary>What is subscribed to: a channel by its name, or all whose names match a pattern.</summary>
internal sealed record Topic(string Name, bool IsPattern);
