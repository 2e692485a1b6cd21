using Godwit.Identity.Tests.Running;

[assembly: AssemblyFixture(typeof(IdentityTemplate))]
