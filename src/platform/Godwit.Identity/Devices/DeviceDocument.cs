namespace Godwit.Identity.Devices;

/// <summary>A device as its owner sees it.</summary>
/// <param name="Name">What its owner calls it, or what it says that it is.</param>
internal sealed record DeviceDocument(Guid Id, string Name, string? Type, string? System, string? Browser, bool Trusted, string? LastIpAddress, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Current);

/// <param name="Name">1 to 255 characters; null leaves it.</param>
/// <param name="Trusted">Null leaves it.</param>
internal sealed record DeviceChange(string? Name, bool? Trusted);
