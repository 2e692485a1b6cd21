using System.Runtime.CompilerServices;

// The tests check what the key file holds; nothing else may export a private key.
[assembly: InternalsVisibleTo("Godwit.Security.Tests")]
