using Godwit.Identity.Tests.Running;
using Godwit.Identity.Tests.Site;

[assembly: AssemblyFixture(typeof(IdentityTemplate))]
[assembly: AssemblyFixture(typeof(Chromium))]
